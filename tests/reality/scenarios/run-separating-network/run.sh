#!/bin/sh
# A network that keeps its containers from each other: their names resolve, and only what they publish on the host is
# reached.
set -e
cd "$(dirname "$0")"
docker build --build-arg PROGRAM=server -t separating-server .
docker network create --opt com.docker.network.bridge.enable_icc=false quiet
docker network create -o com.docker.network.bridge.enable_icc=true loud
docker run -d --name first --network quiet --add-host host.docker.internal:host-gateway separating-server
docker run -d --name second --network quiet -p 18080:8080 separating-server
docker run -d --name linked --network quiet --link second:peer separating-server
docker run -d --name inside --network container:second -e PORT=9090 separating-server
docker run -d --name third --network loud separating-server
docker run -d --name fourth --network loud --add-host host.docker.internal:host-gateway separating-server
