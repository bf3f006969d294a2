package s3

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/onefront/onefront/graph"
)

// DistributionHeader carries the ARN of the distribution on whose behalf a request is made. It stands for the signature
// of an origin access control and never leaves the process.
const DistributionHeader = "X-Onefront-Local-Distribution"

// Service holds all buckets. It is fixed once made, but for the contents of files, and safe for concurrent use.
type Service struct {
	log     *slog.Logger
	started time.Time
	buckets []*bucket // in the graph's order
}

// Bucket is one bucket's endpoint.
type Bucket struct {
	// Name is the bucket's name.
	Name string
	// Host is the regional domain name, the one to use as an origin (F9.4).
	Host string
	// Region is the AWS region.
	Region  string
	Handler http.Handler
}

// New reads every bucket of the graph with what belongs to it, and refuses properties it does not imitate, unknown
// policy elements and objects without a file.
func New(g *graph.Reading, log *slog.Logger) (*Service, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &Service{log: log, started: time.Now()}
	for _, r := range g.Take(bucketType) {
		s.buckets = append(s.buckets, s.newBucket(r))
	}
	if err := g.Err(); err != nil {
		return nil, err
	}
	for _, b := range belongings {
		for _, r := range g.Take(b.token) {
			b.add(s, r)
		}
	}
	return s, g.Err()
}

// Buckets returns all buckets in the graph's order.
func (s *Service) Buckets() []Bucket {
	buckets := make([]Bucket, len(s.buckets))
	for i, b := range s.buckets {
		buckets[i] = Bucket{Name: b.name, Host: b.host, Region: b.region, Handler: b}
	}
	return buckets
}

// find is the bucket of a name; resources that belong to a bucket name it. It refuses r and returns nil if there is
// none.
func (s *Service) find(r *graph.Taken, name string) *bucket {
	for _, b := range s.buckets {
		if b.name == name && b.region == r.Region {
			return b
		}
	}
	r.Refuse("bucket", name, "want the name of a bucket of this program in "+r.Region)
	return nil
}
