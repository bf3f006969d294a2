package geography

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestDistanceKm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		a, b Place
		want float64 // kilometres, great circle by published tables
	}{
		"same place":                  {Place{50.11, 8.68}, Place{50.11, 8.68}, 0},
		"quarter of the equator":      {Place{0, 0}, Place{0, 90}, 10007.6},
		"pole to pole":                {Place{90, 0}, Place{-90, 77}, 20015.1},
		"antipodes":                   {Place{12, 34}, Place{-12, -146}, 20015.1},
		"over the date line":          {Place{0, 179}, Place{0, -179}, 222.4},
		"London to New York":          {Place{51.51, -0.13}, Place{40.71, -74.01}, 5570},
		"Frankfurt to Sydney":         {Place{50.11, 8.68}, Place{-33.87, 151.21}, 16490},
		"Los Angeles to Tokyo, west":  {Place{34.05, -118.24}, Place{35.68, 139.69}, 8815},
		"Cape Town to Dubai, equator": {Place{-33.93, 18.42}, Place{25.20, 55.27}, 7640},
	} {
		if got := DistanceKm(c.a, c.b); math.Abs(got-c.want) > 1+c.want*0.005 {
			t.Errorf("%s: got %.1f km, want about %.1f km", name, got, c.want)
		}
	}
}

func TestDistanceKm_isAMetric(t *testing.T) {
	t.Parallel()
	place := rapid.Custom(func(t *rapid.T) Place {
		return Place{rapid.Float64Range(-90, 90).Draw(t, "latitude"), rapid.Float64Range(-180, 180).Draw(t, "longitude")}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := place.Draw(t, "a"), place.Draw(t, "b"), place.Draw(t, "c")
		ab := DistanceKm(a, b)
		if ab < 0 || ab > math.Pi*earthRadiusKm+1e-6 {
			t.Fatalf("distance %v outside half the circumference", ab)
		}
		if ba := DistanceKm(b, a); math.Abs(ab-ba) > 1e-6 {
			t.Fatalf("not symmetric: %v and %v", ab, ba)
		}
		if ac, cb := DistanceKm(a, c), DistanceKm(c, b); ab > ac+cb+1e-3 {
			t.Fatalf("triangle: %v > %v + %v", ab, ac, cb)
		}
	})
}

func TestNearest(t *testing.T) {
	t.Parallel()
	prod := []string{"eu-west-1", "us-east-1", "ap-southeast-2"}
	for code, want := range map[string][]string{
		"FRA": {"eu-west-1", "us-east-1", "ap-southeast-2"},
		"IAD": {"us-east-1", "eu-west-1", "ap-southeast-2"},
		"SYD": {"ap-southeast-2", "us-east-1", "eu-west-1"},
		"JFK": {"us-east-1", "eu-west-1", "ap-southeast-2"},
		"SIN": {"ap-southeast-2", "eu-west-1", "us-east-1"},
	} {
		edge, ok := LookupEdge(code)
		if !ok {
			t.Fatalf("no edge %s", code)
		}
		if diff := cmp.Diff(want, Nearest(edge.Place, prod)); diff != "" {
			t.Errorf("from %s (-want +got):\n%s", code, diff)
		}
	}
	if diff := cmp.Diff([]string{"eu-west-1", "us-east-1", "ap-southeast-2"}, prod); diff != "" {
		t.Errorf("the argument was changed:\n%s", diff)
	}
}

// Two regions may stand in one city (us-east-2 and us-gov-east-1 do in this table): input order decides then. Unknown
// names are kept, behind everything known.
func TestNearest_tiesAndUnknownNames(t *testing.T) {
	t.Parallel()
	got := Nearest(Place{40, -83}, []string{"nowhere-1", "us-gov-east-1", "atlantis-1", "us-east-2", "us-east-1"})
	if diff := cmp.Diff([]string{"us-gov-east-1", "us-east-2", "us-east-1", "nowhere-1", "atlantis-1"}, got); diff != "" {
		t.Error(diff)
	}
	if got := Nearest(Place{}, nil); len(got) != 0 {
		t.Errorf("nearest of nothing: %v", got)
	}
}

func TestRegions(t *testing.T) {
	t.Parallel()
	if !slices.IsSortedFunc(regionTable[:], func(a, b Region) int { return compare(a.Name, b.Name) }) {
		t.Error("regionTable is not sorted by name")
	}
	seen := map[string]bool{}
	for _, r := range regionTable {
		if seen[r.Name] {
			t.Errorf("%s stands twice", r.Name)
		}
		seen[r.Name] = true
		if got, ok := LookupRegion(r.Name); !ok || got != r {
			t.Errorf("LookupRegion(%q) = %v, %v", r.Name, got, ok)
		}
		checkPlace(t, r.Name, r.Place)
	}
	for _, r := range Regions() {
		if r.Partition != "aws" {
			t.Errorf("Regions has %s of %s", r.Name, r.Partition)
		}
	}
	for name, partition := range map[string]string{"cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov", "eu-west-1": "aws", "eusc-de-east-1": "aws-eusc"} {
		if r, _ := LookupRegion(name); r.Partition != partition {
			t.Errorf("%s: partition %q, want %q", name, r.Partition, partition)
		}
	}
	for name, optIn := range map[string]bool{"af-south-1": true, "ap-east-1": true, "mx-central-1": true, "us-east-1": false, "eu-west-3": false, "ca-central-1": false} {
		if r, _ := LookupRegion(name); r.OptIn != optIn {
			t.Errorf("%s: opt-in %v, want %v", name, r.OptIn, optIn)
		}
	}
	for _, name := range []string{"", "eu-west", "eu-west-10", "EU-WEST-1", "aws-global", "zz"} {
		if r, ok := LookupRegion(name); ok {
			t.Errorf("LookupRegion(%q) = %v", name, r)
		}
	}
}

func TestEdges(t *testing.T) {
	t.Parallel()
	edges := Edges()
	if len(edges) < 60 {
		t.Errorf("only %d edges", len(edges))
	}
	if !slices.IsSortedFunc(edges, func(a, b Edge) int { return compare(a.Code, b.Code) }) {
		t.Error("edgeTable is not sorted by code")
	}
	codes, cities := map[string]bool{}, map[string]bool{}
	for _, e := range edges {
		if len(e.Code) != 3 || codes[e.Code] || cities[e.City] {
			t.Errorf("edge %v: bad or doubled code or city", e)
		}
		codes[e.Code], cities[e.City] = true, true
		if got, ok := LookupEdge(e.Code); !ok || got != e {
			t.Errorf("LookupEdge(%q) = %v, %v", e.Code, got, ok)
		}
		if want := Nearest(e.Place, RegionalEdgeCaches())[0]; e.RegionalEdgeCache != want {
			t.Errorf("%s: regional edge cache %s, nearest is %s", e.Code, e.RegionalEdgeCache, want)
		}
		checkPlace(t, e.Code, e.Place)
	}
	for code, cache := range map[string]string{
		"FRA": "eu-central-1", "IAD": "us-east-1", "SYD": "ap-southeast-2", "DUB": "eu-west-1", "LHR": "eu-west-2",
		"NRT": "ap-northeast-1", "SIN": "ap-southeast-1", "GRU": "sa-east-1", "BOM": "ap-south-1", "JFK": "us-east-1",
		"SFO": "us-west-1", "PDX": "us-west-2", "ICN": "ap-northeast-2", "CMH": "us-east-2", "DXB": "me-central-1",
	} {
		if e, ok := LookupEdge(code); !ok || e.RegionalEdgeCache != cache {
			t.Errorf("%s: regional edge cache %q, want %q", code, e.RegionalEdgeCache, cache)
		}
	}
	if _, ok := LookupEdge("CPT"); !ok {
		t.Error("no edge CPT")
	}
	for _, code := range []string{"", "fra", "FRA56", "XXX"} {
		if e, ok := LookupEdge(code); ok {
			t.Errorf("LookupEdge(%q) = %v", code, e)
		}
	}
	edges[0].Code = "changed"
	if Edges()[0].Code == "changed" {
		t.Error("Edges hands out the table itself")
	}
}

func TestRegionalEdgeCaches_areSortedRegions(t *testing.T) {
	t.Parallel()
	caches := RegionalEdgeCaches()
	if !slices.IsSorted(caches) {
		t.Error("not sorted")
	}
	for _, name := range caches {
		if r, ok := LookupRegion(name); !ok || r.Partition != "aws" {
			t.Errorf("%s is no region of partition aws", name)
		}
	}
}

func checkPlace(t *testing.T, name string, p Place) {
	t.Helper()
	if math.Abs(p.Latitude) > 90 || math.Abs(p.Longitude) > 180 || p == (Place{}) {
		t.Errorf("%s stands at %v", name, p)
	}
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

func BenchmarkNearest(b *testing.B) {
	edge, _ := LookupEdge("FRA")
	names := []string{"eu-west-1", "us-east-1", "ap-southeast-2"}
	for b.Loop() {
		Nearest(edge.Place, names)
	}
}
