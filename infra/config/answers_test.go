package config

import "testing"

func TestMeets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, path string
		want          bool
	}{
		{"/api/orders", "/api/orders", true},
		{"/api/orders", "/api/order", false},
		{"/api/*", "/api/orders/{id}", true},
		{"/api/orders/*", "/api/orders", false},
		{"/api/orders*", "/api/orders", true},
		{"/api/orders/7", "/api/orders/{id}", true},
		{"/api/orders/7/lines", "/api/orders/{id}", false},
		{"/api/orders/7/lines", "/api/orders/{rest+}", true},
		{"/api/orders/", "/api/orders/{id}", false},
		{"/api/orders/?", "/api/orders/{id}", true},
		{"/api/*/lines", "/api/orders/{id}/lines", true},
		{"/api/*.json", "/api/{name}", true},
		{"/api/*.json", "/api/{name}/x", false},
		{"/files/a/b", "/{path+}", true},
		{"*", "/api", true},
		{"/Api/*", "/api/{id}", false},
		{"/a?c", "/a/c", true},
	} {
		if got := meets(c.pattern, c.path); got != c.want {
			t.Errorf("meets(%q, %q) = %v", c.pattern, c.path, got)
		}
	}
}

func FuzzMeets(f *testing.F) {
	f.Add("/api/*", "/api/{id}")
	f.Add("/?*", "/{a}/{b+}")
	f.Fuzz(func(t *testing.T, pattern, path string) {
		if len(pattern) > 40 || len(path) > 40 {
			return
		}
		if meets("*", path) != meets("**", path) {
			t.Errorf("%q: two stars are not one", path)
		}
		if meets(pattern, path) && !meets("*", path) {
			t.Errorf("meets(%q, %q), and * does not", pattern, path)
		}
	})
}
