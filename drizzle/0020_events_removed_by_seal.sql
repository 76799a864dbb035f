-- The log is only added to. A seal, which removes what is older than an organisation keeps, says so for its transaction.
CREATE FUNCTION refuse_event_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('floorlight.seal', true) = 'on' THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
--> statement-breakpoint
DROP TRIGGER events_append_only ON events;
--> statement-breakpoint
CREATE TRIGGER events_append_only BEFORE UPDATE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER events_removed_by_seal BEFORE DELETE ON events FOR EACH STATEMENT EXECUTE FUNCTION refuse_event_removal();
