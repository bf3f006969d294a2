package cloudfront

import (
	"errors"
	"fmt"
	"strings"
)

// Invalidate removes objects from the caches of all edges and returns how many. CF DG invalidation-specifying-objects:
// paths count case; the leading slash is optional; "*" stands for any run of characters, at the end only; a path
// names the object as the function left it, with the query parameters of the cache key; headers and cookies do not
// count. All paths are checked before anything is removed.
func (e *Edge) Invalidate(paths []string) (objects int, err error) {
	exact, prefixes := map[string]bool{}, []string(nil)
	var problems []error
	for _, p := range paths {
		path := p
		if !strings.HasPrefix(path, "/") {
			path = "/" + path
		}
		star := strings.IndexByte(path, '*')
		switch {
		case p == "":
			problems = append(problems, fmt.Errorf("invalidation path %q: want a path such as /images/a.png or /images/*", p))
		case star < 0:
			exact[path] = true
		case star == len(path)-1:
			prefixes = append(prefixes, path[:star])
		default:
			problems = append(problems, fmt.Errorf("invalidation path %q: want * as the last character only", p))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return 0, err
	}
	return e.cache.invalidate(func(path string) bool {
		if exact[path] {
			return true
		}
		for _, prefix := range prefixes {
			if strings.HasPrefix(path, prefix) {
				return true
			}
		}
		return false
	}), nil
}
