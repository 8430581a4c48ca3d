#!/bin/sh
# A link gives a container a name for another, on the default bridge as on a network of one's own, and in one
# direction alone.
set -e
docker build --build-arg PROGRAM=server -t links-server .
docker network create back
docker run -d --name store links-server
docker run -d --name web --link store:db links-server
docker run -d --name plain --link store links-server
docker run -d --name stranger links-server
docker run -d --name inner --network back links-server
docker run -d --name outer --network back --link inner:nickname links-server
