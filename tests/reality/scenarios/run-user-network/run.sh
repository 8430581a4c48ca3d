#!/usr/bin/env bash
# On networks of one's own the name, the aliases and the host name resolve; a container may join a second network
# later, and what is on none of them is not reached.
set -euo pipefail
cd "$(dirname "$0")"

IMAGE=network-server
BACK=back

docker build \
    --build-arg PROGRAM=server \
    -t "$IMAGE" .
docker network create "$BACK"
docker network create --internal closed

docker run -d --name api --network "$BACK" --network-alias backend -e PORT=9090 "$IMAGE"
docker run -d --name web \
    --network name=$BACK,alias=front \
    --publish 18080:8080 \
    "$IMAGE"
docker run -d --name store --network closed --hostname db -e PORT=5432 "$IMAGE"
docker run -d --name both --network "$BACK" --env-file both.env "$IMAGE"
docker network connect --alias joined closed both
docker run -d --name apart "$IMAGE"
