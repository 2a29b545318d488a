#!/bin/sh
# Write .env with secrets of your own for docker-compose.yml, readable by you only. A file that stands is left alone.
set -eu
umask 077
file="${1:-.env}"
if [ -e "$file" ]; then
    echo "$file stands already: remove it for new secrets, which end all sessions and need the passwords changed in the servers" >&2
    exit 1
fi
random() { od -An -N"$1" -tx1 /dev/urandom | tr -d ' \n'; }
{
    echo "HUB_SECRET_KEY=$(random 32)"
    echo "POSTGRES_PASSWORD=$(random 24)"
    echo "VALKEY_PASSWORD=$(random 24)"
} > "$file.new"
mv "$file.new" "$file"
echo "wrote $file: keep a copy of HUB_SECRET_KEY where your backups are, because second factors need it"
