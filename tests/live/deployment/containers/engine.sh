#!/usr/bin/env bash
# Run a command with a Docker engine of its own:  engine.sh FOLDER COMMAND [ARGUMENT ...]
#
# For Debian and Ubuntu, as root. No image registry is needed: the images python:3.13-slim,
# python:3.7-slim and nginx:1.28-alpine are made of this machine's own Pythons ($PYTHON, and
# one of pyenv if there is any) and nginx, and what their Dockerfiles install comes from a
# folder in them. haproxy:3.0-alpine and caddy:2-alpine are made where these are here.
# The engine lives in mount, network
# and PID namespaces of its own: nobody else sees its bridge, its iptables rules, its socket
# or its images, and when their first process ends the kernel ends all the rest.
# With ENGINES=2 there are two, and the command is run in both at the same time, with
# PART=1/2 and PART=2/2; what the later ones print follows when all have ended.
set -euo pipefail
work=$(realpath "$1")
shift
python=${PYTHON:-$(command -v python3)}
export work python DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1
export PATH="$PATH:/usr/sbin:/sbin"
here=$(dirname "$(realpath "$0")")

say() { printf '%4ss  %s\n' "$SECONDS" "$*" >&2; }

# The engine and what images are made of. Nothing is started that was not asked for.
packages=(docker.io iptables iproute2 busybox-static nginx-light)
if ! dpkg -s "${packages[@]}" > "$work/apt.log" 2>&1; then
    get=(apt-get install -qq -y --no-install-recommends "${packages[@]}")
    "${get[@]}" > "$work/apt.log" 2>&1 ||
        { apt-get update -qq && "${get[@]}" > "$work/apt.log" 2>&1; }
fi
say "$(dockerd --version)"

# Compose, where the client looks for it; and wheels for what the tests' images install.
pip=("$python" -m pip -q)
"${pip[@]}" install --require-hashes --target "$work/compose" -r "$here/compose.txt"
mkdir -p "$work/docker/cli-plugins"
cp "$work/compose/compose/docker-compose" "$work/docker/cli-plugins/"
older=("Werkzeug<1" "Jinja2<3.1" "itsdangerous<2.1")
"${pip[@]}" download -d "$work/wheels" flask gunicorn
for release in 1.0.4 0.12.5; do
    "${pip[@]}" download -d "$work/wheels" "flask==$release" "${older[@]}"
done
say "wheels for $("$python" -V)"

# ------------------------------------------------------- the file systems of the images

# The libraries that some programs name, and their libraries, into an image.
libraries() {
    local image=$1 program library
    shift
    for program in "$@"; do ldd "$program" 2> /dev/null || true; done |
        grep -o '/[^ ]*' | sort -u |
        while read -r library; do
            case $library in
                /lib* | /usr/lib*) to=$library ;;
                *) to=/usr/lib/x86_64-linux-gnu/${library##*/} ;;
            esac
            mkdir -p "$image${to%/*}"
            cp -L "$library" "$image$to"
        done
}

# The file system of an image with a Python, and wheels in it:  image_of FOLDER PYTHON WHEELS
image_of() {
    local base=$1 python=$2 wheels=$3 stdlib name program library
    mkdir -p "$base"/{bin,etc,tmp,proc,sys,dev,root,run,srv,usr/bin,usr/local/{bin,lib}}
    mkdir -p "$base"/{var/tmp,lib/x86_64-linux-gnu,usr/lib/x86_64-linux-gnu}
    chmod 1777 "$base/tmp" "$base/var/tmp"
    cp /bin/busybox "$base/bin/"
    /bin/busybox --list | grep -v '^busybox$' |
        while read -r applet; do ln -sf busybox "$base/bin/$applet"; done
    ln -sf /bin/env "$base/usr/bin/env"
    printf 'root:x:0:0::/root:/bin/sh\nwww-data:x:33:33::/:/bin/false\nnobody:x:65534:65534::/:/bin/false\n' > "$base/etc/passwd"
    printf 'root:x:0:\nwww-data:x:33:\nnogroup:x:65534:\n' > "$base/etc/group"
    printf '[global]\nno-index = true\nfind-links = /wheels\n' > "$base/etc/pip.conf"

    stdlib=$("$python" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
    name=${stdlib##*/}
    program=$("$python" -c 'import os, sys; print(os.path.realpath(getattr(sys, "_base_executable", sys.executable)))')
    libraries "$base" "$program" "$stdlib"/lib-dynload/*.so
    for library in libnss_files.so.2 libnss_dns.so.2 libgcc_s.so.1 libstdc++.so.6; do
        cp -L "/lib/x86_64-linux-gnu/$library" "$base/lib/x86_64-linux-gnu/" 2> /dev/null ||
            cp -L "/usr/lib/x86_64-linux-gnu/$library" "$base/lib/x86_64-linux-gnu/"
    done
    cp "$program" "$base/usr/local/bin/$name"
    ln -sf "$name" "$base/usr/local/bin/python3"
    ln -sf "$name" "$base/usr/local/bin/python"
    tar -C "${stdlib%/*}" -c --exclude="$name/test" --exclude="$name/config-*" \
        --exclude=__pycache__ --exclude="$name/*-packages" "$name" |
        tar -C "$base/usr/local/lib" -x
    "$python" -m pip -q install --upgrade pip \
        --target "$base/usr/local/lib/$name/site-packages"
    cat > "$base/usr/local/bin/pip" << 'PIP'
#!/usr/local/bin/python3
import sys
from pip._internal.cli.main import main
sys.exit(main())
PIP
    chmod 755 "$base/usr/local/bin/pip"
    cp -r "$wheels" "$base/wheels"
}

base=$work/base
image_of "$base" "$python" "$work/wheels"

# An older Python, where this machine has one.
for old in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.7.*/bin/python; do
    if [ -x "$old" ] && [ ! -d "$work/base-older" ]; then
        "$old" -m pip -q download -d "$work/wheels-older" flask gunicorn
        image_of "$work/base-older" "$old" "$work/wheels-older"
    fi
done

# The file system of an image with a program that is no Python:  program_of FOLDER PROGRAM
program_of() {
    local image=$1 program
    program=$(command -v "$2") || return 0
    mkdir -p "$image"/{usr/sbin,etc}
    cp -a "$base"/{bin,etc,tmp,proc,sys,dev,root,run,var,lib} "$image/"
    cp -L "$program" "$image/usr/sbin/"
    libraries "$image" "$program"
}

proxy=$work/proxy
program_of "$proxy" nginx
mkdir -p "$proxy"/{etc/nginx,var/log/nginx,var/lib/nginx}
cp /etc/nginx/mime.types "$proxy/etc/nginx/"
ln -sf /dev/stdout "$proxy/var/log/nginx/access.log"
ln -sf /dev/stderr "$proxy/var/log/nginx/error.log"
program_of "$work/haproxy" haproxy
program_of "$work/caddy" caddy
say "the file systems of the images"

# ------------------------------------------------------------------------ the engine

cat > "$work/inside.sh" << 'INSIDE'
set -euo pipefail
export DOCKER_CONFIG=$work/docker DOCKER_HOST=unix:///run/docker.sock
ip link set lo up
mount -t tmpfs run /run
mkdir -p /run/lock "$work/data"
mount -t tmpfs data "$work/data"
# Control groups as the engine wants them, whatever the machine has mounted.
mount -t tmpfs -o mode=755 cgroup /sys/fs/cgroup
for each in cpu cpuacct cpuset memory devices freezer blkio pids; do
    mkdir "/sys/fs/cgroup/$each"
    mount -t cgroup -o "$each" cgroup "/sys/fs/cgroup/$each" 2> /dev/null ||
        rmdir "/sys/fs/cgroup/$each"
done
# Those with a name as well: without them nothing can be executed in a container.
sed -n 's/^[0-9]*:name=\([^:]*\):.*/\1/p' /proc/self/cgroup | while read -r each; do
    mkdir "/sys/fs/cgroup/$each"
    mount -t cgroup -o "none,name=$each" cgroup "/sys/fs/cgroup/$each"
done
if [ ! -d /sys/fs/cgroup/memory ]; then
    umount /sys/fs/cgroup/* 2> /dev/null || true
    mount -t cgroup2 cgroup /sys/fs/cgroup
fi
dockerd --data-root="$work/data" --exec-root=/run/docker --pidfile=/run/docker.pid \
    --host="$DOCKER_HOST" --storage-driver=overlay2 \
    --exec-opt native.cgroupdriver=cgroupfs > "$work/dockerd-$number.log" 2>&1 &
engine=$!
finish() {
    kill "$engine" 2> /dev/null && wait "$engine" || true
    for each in /sys/fs/cgroup/*/docker; do rmdir "$each" 2> /dev/null || true; done
}
trap finish EXIT
for _ in $(seq 300); do
    docker version > /dev/null 2>&1 && break
    kill -0 "$engine"
    sleep 0.1
done
docker version --format '{{.Server.Version}}' || { tail -20 "$work/dockerd-$number.log"; exit 1; } >&2
image() {
    tar -C "$1" -c . | docker import \
        --change 'ENV PATH=/usr/local/bin:/usr/sbin:/usr/bin:/bin' --change "CMD $3" - "$2"
}
{
    image "$work/base" python:3.13-slim '["python3"]'
    image "$work/proxy" nginx:1.28-alpine '["nginx","-g","daemon off;"]'
    if [ -d "$work/base-older" ]; then
        image "$work/base-older" python:3.7-slim '["python3"]'
    fi
    if [ -d "$work/haproxy" ]; then
        image "$work/haproxy" haproxy:3.0-alpine '["haproxy","-f","/usr/local/etc/haproxy/haproxy.cfg"]'
    fi
    if [ -d "$work/caddy" ]; then
        image "$work/caddy" caddy:2-alpine '["caddy","run","--config","/etc/caddy/Caddyfile"]'
    fi
} > "$work/images-$number"
"$@"
INSIDE
# The command in an engine of its own:  in_engine NUMBER COMMAND [ARGUMENT ...]
in_engine() {
    export number=$1
    shift
    [ "$engines" = 1 ] || export PART=$number/$engines
    unshare --mount --net --pid --fork --kill-child --mount-proc --propagation private \
        bash "$work/inside.sh" "$@"
}

engines=${ENGINES:-1}
say "engines begin: $engines"
started=()
for number in $(seq 2 "$engines"); do
    (in_engine "$number" "$@") > "$work/output-$number" 2>&1 &
    started+=($!)
done
code=0
(in_engine 1 "$@") || code=$?
for each in "${!started[@]}"; do
    wait "${started[each]}" || code=$?
    cat "$work/output-$((each + 2))"
done
say "done"
exit "$code"
