//go:build tools

// Package tools keeps Docker Compose in go.mod, from where it is built.
package tools

import _ "github.com/docker/compose/v2/cmd/compose"
