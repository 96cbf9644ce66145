package platform

import (
	"fmt"
	"time"
	_ "time/tzdata" // the machine may have no zones, or old ones (R15)
)

// Almaty is the zone of the protocol's dates.
var Almaty = mustZone("Asia/Almaty")

func mustZone(name string) *time.Location {
	zone, err := time.LoadLocation(name)
	if err != nil {
		panic(fmt.Sprintf("platform: zone %s is compiled in: %v", name, err))
	}
	return zone
}
