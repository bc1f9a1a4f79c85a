#!/bin/sh
# Runs a command as another user than root, for servers that refuse to serve as root. It
# runs in a user namespace, where it can still read and write what root can. A user who
# is not root stays the same.
if [ "$(id -u)" = 0 ]; then
    exec unshare --user --map-user=33 --map-group=33 -- "$@"
fi
exec "$@"
