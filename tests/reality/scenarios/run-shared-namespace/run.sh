#!/bin/sh
# A container in the network namespace of another: each is localhost to the other, and the first one's ports are both's.
set -e
docker build --build-arg PROGRAM=app -t namespace-app .
docker build --build-arg PROGRAM=side -t namespace-side .
docker network create back
docker run -d --name app --network back -p 18080:8080 -p 19090:9090 namespace-app
docker run -d --name side --network container:app namespace-side
docker run -d --name other --network back namespace-app
docker run -d --name alone --network none namespace-app
