package api

import (
	"context"
	"log/slog"
)

// HealthPath is asked by Route 53, without the origin secret (F7.11).
const HealthPath = "/api/health"

// getHealth never calls the SaaS: a region is healthy when its gateway and function answer,
// and a dead SaaS is dead in every region.
func (h *Handler) getHealth(_ context.Context, r *request) answer {
	r.line.Level = slog.LevelDebug // there are millions of them in a month
	return answerJSON(200, "application/json", noStore, struct {
		Status  string `json:"status"`
		Region  string `json:"region"`
		Version string `json:"version"`
	}{"ok", h.Region, h.Version})
}
