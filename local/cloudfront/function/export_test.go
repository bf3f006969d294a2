package function

import "time"

// SetBudget changes how long a run may take. No run may be under way.
func (f *Function) SetBudget(d time.Duration) { f.budget = d }
