# gunicorn on a Unix socket, and nginx in front of it that speaks TLS.
#
#     sh behind.sh PORT WORDS DIRECTIVE
#
# WORDS follow the port in `listen`, such as `ssl http2`; DIRECTIVE is one more line.
folder="$PWD/behind-$1"
mkdir "$folder"
cat >"$folder/nginx.conf" <<NGINX
daemon off;
user $(id -un);
pid $folder/nginx.pid;
error_log stderr error;
events {}
http {
    access_log off;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    $3
    server {
        listen 127.0.0.1:$1 $2;
        ssl_certificate $PWD/cert.pem;
        ssl_certificate_key $PWD/key.pem;
        location / {
            proxy_pass http://unix:$folder/app.sock:;
        }
    }
}
NGINX
gunicorn shop:app --workers 4 --bind "unix:$folder/app.sock" &
exec nginx -p "$folder" -c "$folder/nginx.conf" -e stderr
