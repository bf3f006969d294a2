package geography

import (
	"cmp"
	"math"
	"slices"
)

// earthRadiusKm is the mean radius of the earth (IUGG), in kilometres.
const earthRadiusKm = 6371.0088

// Place is a point on the globe in degrees: latitude -90 to 90, north positive; longitude -180 to 180, east positive.
type Place struct{ Latitude, Longitude float64 }

// DistanceKm is the length of the great circle between a and b in kilometres, by the haversine formula.
func DistanceKm(a, b Place) float64 {
	lat1, lat2 := radians(a.Latitude), radians(b.Latitude)
	sinLat := math.Sin((lat2 - lat1) / 2)
	sinLong := math.Sin(radians(b.Longitude-a.Longitude) / 2)
	h := sinLat*sinLat + math.Cos(lat1)*math.Cos(lat2)*sinLong*sinLong
	return 2 * earthRadiusKm * math.Asin(math.Sqrt(min(1, h)))
}

func radians(degrees float64) float64 { return degrees * math.Pi / 180 }

// Nearest returns regionNames sorted by their distance from a place, nearest first. Equally distant regions keep the
// order they were given in. Names that are no AWS region come last, in the order given. The argument is not changed.
func Nearest(from Place, regionNames []string) []string {
	type candidate struct {
		name string
		km   float64
	}
	candidates := make([]candidate, len(regionNames))
	for i, name := range regionNames {
		km := math.Inf(1)
		if region, ok := LookupRegion(name); ok {
			km = DistanceKm(from, region.Place)
		}
		candidates[i] = candidate{name, km}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(a.km, b.km) })
	sorted := make([]string, len(candidates))
	for i, c := range candidates {
		sorted[i] = c.name
	}
	return sorted
}
