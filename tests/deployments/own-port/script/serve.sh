#!/bin/sh
exec gunicorn --bind 127.0.0.1:5064 --workers 3 shop:app
