#!/bin/sh
# Runs a command as somebody who is not root, for servers that do not serve as root: in a
# user namespace, where it still reads and writes what root may. Who is not root already
# stays who they are.
if [ "$(id -u)" = 0 ]; then
    exec unshare --user --map-user=33 --map-group=33 -- "$@"
fi
exec "$@"
