import os

from shop import app
from waitress import serve

port = int(os.environ.get("SHOP_PORT", 5074))
serve(app, host="127.0.0.1", port=port, threads=3)
