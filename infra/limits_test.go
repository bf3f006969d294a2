package infra_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/onefront/onefront/graph"
)

// objectsHaveFewTags: an object takes ten tags, and the provider adds its default ones to everything that does not say
// otherwise.
func objectsHaveFewTags(g *graph.Graph) (wrong []string) {
	tagged := false
	for _, r := range g.Resources {
		tagged = tagged || strings.HasPrefix(r.Type, "pulumi:providers:aws") && r.Inputs["defaultTags"] != nil
	}
	for _, o := range g.ByType(objectToken) {
		if tags, overridden := at(o.Inputs, "overrideProvider", "defaultTags", "tags").(map[string]any); tagged && (!overridden || len(tags) > 0) || o.Inputs["tags"] != nil {
			wrong = append(wrong, o.URN+" bears the provider's tags")
		}
		if tagged != slices.Contains(o.IgnoreChanges, "tagsAll") {
			wrong = append(wrong, fmt.Sprintf("%s: default tags %v, changes left out %v", o.URN, tagged, o.IgnoreChanges))
		}
	}
	return wrong
}

// dataIsProtected: what cannot be made again is all protected or, where the stack says so or its region is drained, all
// open; a bucket that is protected is not emptied.
func dataIsProtected(g *graph.Graph) (wrong []string) {
	byRegion := map[string][]bool{}
	for _, r := range g.Resources {
		if r.Type == "aws:sqs/queue:Queue" || r.Type == bucketToken {
			byRegion[r.Region] = append(byRegion[r.Region], r.Protect)
		}
		if r.Type == bucketToken && r.Inputs["forceDestroy"] == r.Protect {
			wrong = append(wrong, fmt.Sprintf("%s: protected %v, emptied %v", r.URN, r.Protect, r.Inputs["forceDestroy"]))
		}
		if r.Protect && r.Type != "aws:sqs/queue:Queue" && r.Type != bucketToken && r.Type != distributionToken {
			wrong = append(wrong, r.URN+" is protected, though it can be made again")
		}
	}
	for region, all := range byRegion {
		for _, protected := range all {
			if protected != all[0] {
				wrong = append(wrong, region+" is protected in part")
			}
		}
	}
	return wrong
}

func TestDefaultTags_notOnObjects(t *testing.T) {
	projectFiles(t)
	g := record(t, "staging", map[string]string{"aws:defaultTags": `{"tags": {"team": "orders"}}`})
	if wrong := objectsHaveFewTags(g); len(wrong) > 0 || len(g.ByType(objectToken)) == 0 {
		t.Errorf("%d objects: %v", len(g.ByType(objectToken)), wrong)
	}
}
