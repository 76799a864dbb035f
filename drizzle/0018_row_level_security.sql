-- The index by which a correction is found wants its columns filled for those that are there already.
ALTER TABLE events DISABLE TRIGGER events_append_only;
--> statement-breakpoint
UPDATE events SET of_source = data->'of'->>'source', of_id = data->'of'->>'id' WHERE type = 'correction';
--> statement-breakpoint
ALTER TABLE events ENABLE TRIGGER events_append_only;
--> statement-breakpoint
-- Whose transaction this is: an organisation's, the lobby's before one is known, nobody's where nothing was said.
CREATE FUNCTION own_org() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT nullif(nullif(current_setting('floorlight.org', true), ''), 'lobby')::integer
$$;
--> statement-breakpoint
CREATE FUNCTION in_lobby() RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT current_setting('floorlight.org', true) = 'lobby'
$$;
--> statement-breakpoint
-- Walls between organisations, and what the role of the house at work may do. Called after every migration by whoever owns
-- the tables: what stands is left as it is, so a new table with an org_id gets its wall and its grants by itself.
CREATE FUNCTION raise_walls() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  it record;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'floorlight_runtime') THEN
    BEGIN
      CREATE ROLE floorlight_runtime NOLOGIN;
    EXCEPTION
      -- roles belong to the server: another database of it was first
      WHEN duplicate_object OR unique_violation THEN NULL;
      WHEN insufficient_privilege THEN
        RAISE EXCEPTION 'The role floorlight_runtime is missing and % may not make it. An administrator of the server runs once: CREATE ROLE floorlight_runtime NOLOGIN; GRANT floorlight_runtime TO %;', current_user, quote_ident(current_user);
    END;
  END IF;
  IF NOT pg_has_role('floorlight_runtime', 'set') THEN
    BEGIN
      EXECUTE format('GRANT floorlight_runtime TO %I', current_user);
    EXCEPTION
      WHEN insufficient_privilege THEN
        RAISE EXCEPTION '% may not work as floorlight_runtime. An administrator of the server runs once: GRANT floorlight_runtime TO %;', current_user, quote_ident(current_user);
    END;
  END IF;

  FOR it IN
    SELECT c.oid::regclass AS name, a.attname AS org, c.relrowsecurity AND c.relforcerowsecurity AS walled,
      EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'own') AS owned,
      EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = ('every ' || current_user)::name) AS seen,
      CASE WHEN EXISTS (
        SELECT FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
        WHERE t.tgrelid = c.oid AND f.proname IN ('refuse_change', 'refuse_ledger_change')
      ) THEN 'SELECT, INSERT' ELSE 'SELECT, INSERT, UPDATE, DELETE' END AS rights
    FROM pg_class c
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attname = CASE c.relname WHEN 'organisations' THEN 'id' ELSE 'org_id' END
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  LOOP
    IF NOT it.walled THEN
      EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', it.name);
    END IF;
    IF NOT it.owned THEN
      EXECUTE format('CREATE POLICY own ON %s USING (%I = (SELECT own_org()))', it.name, it.org);
    END IF;
    -- for backups, restores, rebuilds and migrations; a policy of its own role, so that nobody else's plans know of it
    IF NOT it.seen THEN
      EXECUTE format(
        'CREATE POLICY %I ON %s TO %I USING ((SELECT current_setting(''floorlight.every'', true)) = ''on'')',
        'every ' || current_user, it.name, current_user
      );
    END IF;
    IF NOT has_table_privilege('floorlight_runtime', it.name, 'INSERT') THEN
      EXECUTE format('GRANT %s ON %s TO floorlight_runtime', it.rights, it.name);
    END IF;
  END LOOP;

  IF NOT has_schema_privilege('floorlight_runtime', 'drizzle', 'USAGE') THEN
    GRANT USAGE ON SCHEMA public, drizzle TO floorlight_runtime;
    GRANT SELECT ON ALL TABLES IN SCHEMA drizzle TO floorlight_runtime;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO floorlight_runtime;
  END IF;
END $$;
--> statement-breakpoint
-- What is looked for before the organisation is known: whose e-mail, session, key, screen or link this is, and which flows
-- there are. Found by what only its holder knows, read and never written.
CREATE POLICY lobby ON accounts FOR SELECT USING ((SELECT in_lobby()));
--> statement-breakpoint
CREATE POLICY lobby ON sessions FOR SELECT USING ((SELECT in_lobby()));
--> statement-breakpoint
CREATE POLICY lobby ON api_keys FOR SELECT USING ((SELECT in_lobby()));
--> statement-breakpoint
CREATE POLICY lobby ON devices FOR SELECT USING ((SELECT in_lobby()));
--> statement-breakpoint
CREATE POLICY lobby ON invitations FOR SELECT USING ((SELECT in_lobby()));
--> statement-breakpoint
CREATE POLICY lobby ON setup_tokens FOR SELECT USING ((SELECT in_lobby()));
--> statement-breakpoint
CREATE POLICY lobby ON flows FOR SELECT USING ((SELECT in_lobby()));
--> statement-breakpoint
CREATE POLICY lobby ON organisations FOR SELECT USING ((SELECT in_lobby()));
--> statement-breakpoint
-- Tries are counted while nobody is known.
CREATE POLICY lobby ON sign_in_tries USING ((SELECT in_lobby()));
--> statement-breakpoint
-- A screen that waits belongs to nobody (0). Whoever has its code takes it in; it then belongs to them.
CREATE POLICY lobby ON pairings USING ((SELECT in_lobby()));
--> statement-breakpoint
CREATE POLICY waiting ON pairings FOR SELECT USING (org_id = 0 AND (SELECT own_org()) IS NOT NULL);
--> statement-breakpoint
CREATE POLICY claimed ON pairings FOR UPDATE USING (org_id = 0 AND (SELECT own_org()) IS NOT NULL)
  WITH CHECK (org_id = (SELECT own_org()));
