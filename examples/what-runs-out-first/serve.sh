#!/bin/sh
# gunicorn on a Unix socket, and nginx in front of it on the port that is given.
set -eu
folder=$(mktemp -d)
sed -e "s|PORT|$1|" -e "s|FOLDER|$folder|" nginx.conf > "$folder/nginx.conf"
gunicorn books:app --workers 2 --threads 4 --worker-connections 4 --bind "unix:$folder/app.sock" &
exec nginx -p "$folder" -c nginx.conf -e stderr
