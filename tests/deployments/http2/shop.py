"""An empty app: the routes of the probe stand in front of it."""

from flask import Flask

app = Flask(__name__)
