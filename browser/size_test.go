package browser_test

import (
	"testing"

	"github.com/onefront/onefront/infra/sitefiles"
)

// mostSiteBytes is what all of the site's files may have together, before compression: a visitor's first page takes a
// part of it.
const mostSiteBytes = 60_000

func TestSite_size(t *testing.T) {
	folder, err := sitefiles.Read("../site", nil)
	if err != nil {
		t.Fatal(err)
	}
	var total int64
	for _, f := range folder.Files {
		total += f.Size
	}
	if total > mostSiteBytes || len(folder.Files) < 8 {
		t.Errorf("%d files of %d bytes, want all of the site in at most %d", len(folder.Files), total, mostSiteBytes)
	}
}
