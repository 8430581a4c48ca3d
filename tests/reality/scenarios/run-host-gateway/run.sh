#!/bin/sh
# The host has a name in a container that is given one, and none in others; containers on the host's network have its
# ports.
set -e
docker build --build-arg PROGRAM=server -t gateway-server .
docker network create back
docker network create --internal closed
docker run -d --name published -p 18080:8080 gateway-server
docker run -d --name local -p 127.0.0.1:18081:8080 gateway-server
docker run -d --name mapped --add-host host.docker.internal:host-gateway gateway-server
docker run -d --name renamed --network back --add-host=machine:host-gateway gateway-server
docker run -d --name unmapped --network back gateway-server
docker run -d --name shut --network closed --add-host host.docker.internal:host-gateway gateway-server
docker run -d --name direct --network host -e PORT=9090 gateway-server
