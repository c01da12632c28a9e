#!/usr/bin/env bash
# Builds picly-offline/{node,postgres,kafka}; see README.md beside this file.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${WORK_DIR:-$(mktemp -d)}
suite=${DEBIAN_SUITE:-bookworm}

if ! docker image inspect picly-offline/node >/dev/null 2>&1; then
  [ -x "$work/base/bin/sh" ] || debootstrap --variant=minbase "$suite" "$work/base"
  cp -L "$(command -v node)" "$work/base/usr/bin/node"
  mkdir -p "$work/base/usr/lib/node_modules" "$work/base/etc/ssl/certs"
  cp -r "$(npm root -g)/npm" "$work/base/usr/lib/node_modules/"
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$work/base/usr/bin/npm"
  cp -L /etc/ssl/certs/ca-certificates.crt "$work/base/etc/ssl/certs/"
  tar -C "$work/base" -c . | docker import --change 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' - picly-offline/node
fi

docker build -t picly-offline/postgres -f "$here/postgres.Dockerfile" "$here"

mkdir -p "$work/kafka"
cp "$here/../kafka/pom.xml" "$work/kafka/pom.xml"
mvn -q -f "$work/kafka/pom.xml" dependency:copy-dependencies -DoutputDirectory="$work/kafka/jars"
cp "$here/kafka.Dockerfile" "$here/kafka-entrypoint.sh" "$work/kafka/"
docker build -t picly-offline/kafka -f "$work/kafka/kafka.Dockerfile" "$work/kafka"
