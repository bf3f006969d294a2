package feedback_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/onefront/onefront/infra/sitefiles"
)

// The demo site is fit to be published.
func TestSite_isFitToBePublished(t *testing.T) {
	t.Parallel()
	folder, err := sitefiles.Read(filepath.Join(project, "site"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"index.html", "404.html", "about/index.html", "status/index.html"} {
		if !sitefiles.Has(folder.Files, key) {
			t.Errorf("no %s", key)
		}
	}
	for _, f := range folder.Files {
		if f.ContentType == "application/octet-stream" {
			t.Errorf("%s: no content type", f.Key)
		}
		if strings.HasSuffix(f.Key, "_test.go") {
			t.Errorf("%s is published", f.Key)
		}
	}
}
