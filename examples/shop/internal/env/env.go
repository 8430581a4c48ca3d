// Package env reads settings out of the process environment.
package env

import "os"

// Get returns the variable key, or fallback when it is not set.
func Get(key, fallback string) string {
	if value := os.Getenv(key); value != "" {
		return value
	}
	return fallback
}
