-- windows that were closed before this list was kept; a rebuild writes the same rows
INSERT INTO closed_windows (org_id, "window", zone, from_at, to_at, id, position, recorded_at)
SELECT DISTINCT ON (e.org_id, e.data->>'window', e.data->>'zone', e.data->>'from')
  e.org_id, e.data->>'window', e.data->>'zone', (e.data->>'from')::bigint, (e.data->>'to')::bigint, e.id, e.position,
  floor(extract(epoch from e.recorded_at) * 1000)::bigint
FROM events e JOIN flows f ON f.org_id = e.org_id AND f.shard = 0 AND e.position <= f.position
WHERE e.type = 'window.closed' AND e.data->>'window' <> 'bucket'
ORDER BY e.org_id, e.data->>'window', e.data->>'zone', e.data->>'from', e.position;
