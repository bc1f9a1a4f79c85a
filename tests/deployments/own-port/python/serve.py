import os

from shop import app

print("serving for", os.environ.get("USER"))
app.run(port=5065, threaded=False)
