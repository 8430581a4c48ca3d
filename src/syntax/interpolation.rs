//! `${VAR:-default}` as Compose, dotenv files and Dockerfiles write it.
