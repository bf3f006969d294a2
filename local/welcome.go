package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// welcome is the block that says where everything is, once it is.
//
//	Stack prod, routing dns: eu-west-1, us-east-1
//
//	  site       http://127.0.0.1:8080
//	  API        http://127.0.0.1:8080/api
//	  dashboard  http://127.0.0.1:8081
//	  frontend   VITE_API_URL=http://127.0.0.1:8080/api
//	             VITE_STACK=prod
//
//	Ctrl-C ends; r and Enter builds the program anew.
func (t *topology) welcome(w io.Writer, viewer, admin string) {
	outputs, _ := t.outputs.(map[string]any)
	site, _ := outputs["siteUrl"].(string)
	here := func(address string) string {
		if path, below := strings.CutPrefix(address, site); site != "" && below && (path == "" || path[0] == '/') {
			return viewer + path
		}
		return address
	}
	var b strings.Builder
	row := func(name, value string) { fmt.Fprintf(&b, "  %-9s  %s\n", name, value) }
	fmt.Fprintf(&b, "\nStack %s, routing %s: %s\n\n", t.stack, t.routing, strings.Join(t.regions, ", "))
	row("site", viewer)
	if api, ok := outputs["apiUrl"].(string); ok {
		row("API", here(api))
	}
	row("dashboard", admin)
	name := "frontend"
	values, _ := outputs["frontendEnv"].(map[string]any)
	for _, key := range slices.Sorted(maps.Keys(values)) {
		row(name, fmt.Sprintf("%s=%s", key, here(fmt.Sprint(values[key]))))
		name = ""
	}
	b.WriteString("\nCtrl-C ends; r and Enter builds the program anew.\n\n")
	_, _ = io.WriteString(w, b.String()) // a terminal that is gone ends the program by itself
}
