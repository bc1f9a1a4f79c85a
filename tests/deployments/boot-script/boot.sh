#!/bin/sh
# Wait until the app can be loaded, then serve it.
until flask --app shop routes >/dev/null; do
    sleep 1
done
exec gunicorn --workers 3 --bind ":${PORT:-5000}" shop:app
