// Command catalog lists the products.
package main

import (
	"database/sql"
	"encoding/json"
	"log"
	"net/http"

	"example.com/shop/internal/env"
	_ "github.com/lib/pq"
)

const address = "127.0.0.1:8081"

func main() {
	database, err := sql.Open("postgres", env.Get("DATABASE_URL", "postgres://shop@localhost:5432/shop?sslmode=disable"))
	if err != nil {
		log.Fatal(err)
	}

	http.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		if err := database.PingContext(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
		}
	})
	http.HandleFunc("GET /products", func(w http.ResponseWriter, r *http.Request) {
		names, err := products(r, database)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(names)
	})

	log.Fatal(http.ListenAndServe(address, nil))
}

func products(r *http.Request, database *sql.DB) ([]string, error) {
	rows, err := database.QueryContext(r.Context(), "SELECT name FROM products ORDER BY name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names := []string{}
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}
