"""What a built release is tried with, elsewhere: see the session ``release``."""

from flask import Flask

app = Flask(__name__)
