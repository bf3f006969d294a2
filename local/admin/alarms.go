package admin

import "net/http"

// datapointsShown is how many datapoints of each metric GET /metrics shows unless it is asked for others.
const datapointsShown = 60

// getMetrics answers GET /metrics?limit=: the datapoints that the services would have published.
func (s *Server) getMetrics(w http.ResponseWriter, r *http.Request) {
	if limit, ok := limitOf(w, r, datapointsShown, 24*60); ok {
		answer(w, s.o.Metrics(limit))
	}
}
