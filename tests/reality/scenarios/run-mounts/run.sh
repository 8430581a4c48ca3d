#!/usr/bin/env bash
# What is mounted decides where the program listens, in whatever way the script names its folder.
set -eu
HERE="$(cd "$(dirname "${BASH_SOURCE[0]}")" > /dev/null 2>&1 && pwd)"
cd "$HERE"
docker build --build-arg PROGRAM=server -t mounts-server "$HERE"
docker network create back
docker run -d --name working --network back -v $(pwd)/conf/1.json:/etc/server.json:ro mounts-server
docker run -d --name variable --network back -v "$PWD/conf/2.json:/etc/server.json" mounts-server
docker run -d --name braced --network back --volume ${PWD}/conf/3.json:/etc/server.json mounts-server
docker run -d --name script --network back --mount type=bind,source="$HERE"/conf/4.json,target=/etc/server.json mounts-server
docker run -d --name borrowed --network back --volumes-from script:ro mounts-server
(
    cd conf
    docker run -d --name inner --network back -v "$(pwd)/5.json:/etc/server.json" mounts-server
)
