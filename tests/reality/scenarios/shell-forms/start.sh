#!/bin/sh
/server
