"""An app with nothing in it: the probe's routes stand in front of it."""

from flask import Flask

app = Flask(__name__)
