#!/bin/sh
# gunicorn on a Unix socket, and nginx in front of it on the port that is given.
set -eu
app=$PWD
folder=$(mktemp -d)
sed "s|PORT|$1|" nginx.conf > "$folder/nginx.conf"
# The path of a socket must be short, so both name it from their own folder.
cd "$folder"
gunicorn books:app --pythonpath "$app" --bind unix:app.sock \
    --workers 2 --threads 4 --worker-connections 4 &
exec nginx -p "$folder" -c nginx.conf -e stderr
