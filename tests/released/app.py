"""An app that tries a built release elsewhere: see the session ``release``."""

from flask import Flask

app = Flask(__name__)
