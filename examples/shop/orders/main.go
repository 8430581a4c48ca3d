// Command orders takes orders and keeps the last ones in Redis.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	"example.com/shop/internal/env"
	"github.com/redis/go-redis/v9"
)

func main() {
	port := env.Get("PORT", "8082")
	cache := redis.NewClient(&redis.Options{Addr: env.Get("REDIS_ADDR", "localhost:6379")})

	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	mux.HandleFunc("GET /orders", func(w http.ResponseWriter, r *http.Request) {
		last, err := cache.LRange(r.Context(), "orders", 0, 9).Result()
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		_ = json.NewEncoder(w).Encode(last)
	})

	fmt.Println("orders listens on port", port)
	http.ListenAndServe(":"+port, mux)
}
