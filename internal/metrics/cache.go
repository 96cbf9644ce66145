package metrics

import "sync"

// cache keeps what was once found by labels, so that nothing has to be found again
// on a payment's way.
type cache[K comparable, V any] struct {
	find  func(K) V
	mu    sync.RWMutex
	found map[K]V
}

func newCache[K comparable, V any](find func(K) V) *cache[K, V] {
	return &cache[K, V]{find: find, found: map[K]V{}}
}

func (c *cache[K, V]) of(key K) V {
	c.mu.RLock()
	v, ok := c.found[key]
	c.mu.RUnlock()
	if ok {
		return v
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if v, ok = c.found[key]; !ok {
		v = c.find(key)
		c.found[key] = v
	}
	return v
}
