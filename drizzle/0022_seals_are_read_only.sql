-- Only the seal itself, which works as the owner, says where the past is sealed: the house at work asks, and no more.
CREATE OR REPLACE FUNCTION raise_walls() RETURNS void LANGUAGE plpgsql AS $$
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
      CASE WHEN c.relname IN ('seals', 'sealed_rows', 'sealed_keys') THEN 'SELECT'
      WHEN EXISTS (
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
    IF NOT has_table_privilege('floorlight_runtime', it.name, 'SELECT') THEN
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
DO $$ BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'floorlight_runtime') THEN
    REVOKE INSERT, UPDATE, DELETE ON seals, sealed_rows, sealed_keys FROM floorlight_runtime;
  END IF;
END $$;
