package infra

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// distributionOf has the site's buckets of these regions as origins, beside an API's with a secret.
func distributionOf(regions ...string) resource.PropertyMap {
	origin := func(id string) resource.PropertyValue {
		return resource.NewObjectProperty(resource.PropertyMap{"originId": resource.NewStringProperty(id)})
	}
	origins := []resource.PropertyValue{resource.MakeSecret(origin("nearest"))}
	for _, region := range regions {
		origins = append(origins, origin("site-"+region))
	}
	return resource.PropertyMap{"origins": resource.MakeSecret(resource.NewArrayProperty(origins))}
}

func TestCheckSiteMove(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		old, now   []string
		wantRefuse string
	}{
		{"nothing moves", []string{"eu-west-1", "us-east-1"}, []string{"eu-west-1", "us-east-1"}, ""},
		{"another order", []string{"eu-west-1", "us-east-1"}, []string{"us-east-1", "eu-west-1"}, ""},
		{"one moves", []string{"eu-west-1", "us-east-1"}, []string{"eu-west-1", "sa-east-1"}, ""},
		{"home moves", []string{"eu-west-1", "us-east-1"}, []string{"sa-east-1", "us-east-1"}, ""},
		{"both move", []string{"eu-west-1", "us-east-1"}, []string{"sa-east-1", "ca-central-1"}, "from eu-west-1 and us-east-1 to sa-east-1 and ca-central-1"},
		{"the only one moves", []string{"eu-west-1"}, []string{"us-east-1"}, "from eu-west-1 to us-east-1"},
		{"a second comes", []string{"eu-west-1"}, []string{"us-east-1", "eu-west-1"}, ""},
		{"the site is new", nil, []string{"us-east-1", "eu-west-1"}, ""},
		{"the site goes", []string{"us-east-1", "eu-west-1"}, nil, ""},
	} {
		err := checkSiteMove(distributionOf(tt.old...), distributionOf(tt.now...))
		if (err != nil) != (tt.wantRefuse != "") || err != nil && (!strings.Contains(err.Error(), tt.wantRefuse) || !strings.Contains(err.Error(), "one place at a time")) {
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.wantRefuse)
		}
	}
	if err := checkSiteMove(resource.PropertyMap{}, distributionOf("eu-west-1")); err != nil {
		t.Errorf("a distribution without origins: %v", err)
	}
}
