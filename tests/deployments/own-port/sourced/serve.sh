#!/bin/sh
. ./serve.env
exec gunicorn --bind "127.0.0.1:$SHOP_PORT" --workers 2 shop:app
