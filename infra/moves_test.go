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

// The hosts that edges still ask are not closed under them, and may be once the names are there.
func TestCheckClosing(t *testing.T) {
	t.Parallel()
	edge := distributionOf("eu-west-1")
	edge["origins"] = resource.NewArrayProperty([]resource.PropertyValue{resource.MakeSecret(resource.NewObjectProperty(resource.PropertyMap{
		"originId": resource.NewStringProperty(originID("eu-west-1")),
	}))})
	if err := checkClosing(edge, true); err == nil || !strings.Contains(err.Error(), "onefront:closeExecuteApi: true: want false until") {
		t.Errorf("closed under edge routing: %v", err)
	}
	for name, err := range map[string]error{
		"left open": checkClosing(edge, false), "on dns already": checkClosing(distributionOf("eu-west-1"), true), "no distribution": checkClosing(resource.PropertyMap{}, true),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckGeneration(t *testing.T) {
	t.Parallel()
	if err := checkGeneration(3, true); err == nil || !strings.Contains(err.Error(), "onefront:originSecretGeneration: 3: want one more than before") {
		t.Errorf("a generation that is new beside an old distribution: %v", err)
	}
	if err := checkGeneration(2, false); err != nil {
		t.Errorf("a generation that was accepted already: %v", err)
	}
}
