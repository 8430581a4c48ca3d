#!/bin/sh
# `-p` in its forms, and `-P`, which publishes what the image exposes, and what `--expose` adds, on ports of the host
# that Docker chooses.
set -e
docker build --build-arg PROGRAM=server -t published-server .
docker build -f Dockerfile.exposed --build-arg PROGRAM=server -t published-exposed .
docker network create front
docker run -d --name fixed --network front -p 18080:8080 published-server
docker run -d --name local --network front -p 127.0.0.1:18081:8080 published-server
docker run -d --name chosen --network front -p 8080 published-server
docker run -d --name wrong --network front -p 18082:80 published-server
docker run -d --name all --network front -P published-exposed
docker run -d --name added --network front -P --expose 9090 -e PORT=9090 published-exposed
docker run -d --name moved --network front --publish-all -e PORT=7070 published-exposed
docker run -d --name exposed --network front published-exposed
docker run -d --name nothing --network front -P published-server
docker run -d --name loose -P published-exposed
docker run -d --name cache --network front -P redis:7
