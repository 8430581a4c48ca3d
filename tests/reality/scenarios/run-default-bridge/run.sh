#!/bin/sh
# Without --network a container is on the default bridge, where Docker resolves no names; by their addresses
# containers reach each other there all the same.
set -e
docker build --build-arg PROGRAM=server -t bridge-server .
docker network create back
docker run -d --name one -p 18080:8080 bridge-server
docker run -d --name two --hostname second bridge-server
docker run -d --name three --network bridge bridge-server
docker run -d --name four --network back bridge-server
