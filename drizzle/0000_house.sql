CREATE TABLE "baselines" (
	"org_id" integer NOT NULL,
	"role" text NOT NULL,
	"site" text NOT NULL,
	"from_at" bigint NOT NULL,
	"known_at" bigint NOT NULL,
	"position" bigint NOT NULL,
	"body" json NOT NULL,
	CONSTRAINT "baselines_org_id_role_site_from_at_pk" PRIMARY KEY("org_id","role","site","from_at")
);
--> statement-breakpoint
CREATE TABLE "scorecard_versions" (
	"org_id" integer NOT NULL,
	"key" text collate "C" NOT NULL,
	"version" integer NOT NULL,
	"effective_from" bigint,
	"known_at" bigint NOT NULL,
	"position" bigint NOT NULL,
	"body" json NOT NULL,
	CONSTRAINT "scorecard_versions_org_id_key_version_pk" PRIMARY KEY("org_id","key","version")
);
--> statement-breakpoint
CREATE TABLE "target_versions" (
	"org_id" integer NOT NULL,
	"key" text collate "C" NOT NULL,
	"version" integer NOT NULL,
	"effective_from" bigint,
	"known_at" bigint NOT NULL,
	"position" bigint NOT NULL,
	"body" json NOT NULL,
	CONSTRAINT "target_versions_org_id_key_version_pk" PRIMARY KEY("org_id","key","version")
);
--> statement-breakpoint
CREATE TABLE "facts" (
	"org_id" integer NOT NULL,
	"bucket" integer NOT NULL,
	"person" text collate "C" NOT NULL,
	"queue" text collate "C" NOT NULL,
	"channel" text collate "C" NOT NULL,
	"handled" bigint,
	"missed" bigint,
	"rejected" bigint,
	"transferred_out" bigint,
	"short" bigint,
	"hold_n" bigint,
	"ring_ms" bigint,
	"talk_ms" bigint,
	"hold_ms" bigint,
	"acw_ms" bigint,
	"resolved" bigint,
	"reopened" bigint,
	"repeated" bigint,
	"offered" bigint,
	"answered" bigint,
	"abandoned" bigint,
	"left_in_ivr" bigint,
	"voicemail" bigint,
	"callback" bigint,
	"answer_wait_ms" bigint,
	"abandon_wait_ms" bigint,
	"answered_in_sl" bigint,
	"abandoned_in_sl" bigint,
	"abandoned_short" bigint,
	"available_ms" bigint,
	"on_contact_ms" bigint,
	"wrap_ms" bigint,
	"pause_ms" bigint,
	"login_ms" bigint,
	"scheduled_ms" bigint,
	"adherent_ms" bigint,
	"worked_ms" bigint,
	"csat_n" bigint,
	"csat_top" bigint,
	"csat_sum" bigint,
	"nps_n" bigint,
	"nps_promoters" bigint,
	"nps_detractors" bigint,
	"ces_n" bigint,
	"ces_sum" bigint,
	"qa_points" bigint,
	"qa_possible" bigint,
	"qa_n" bigint,
	"qa_critical" bigint,
	"sales" bigint,
	"sale_minor" bigint,
	"offers" bigint,
	"sentiment_n" bigint,
	"sentiment_permille" bigint,
	CONSTRAINT "facts_org_id_person_bucket_queue_channel_pk" PRIMARY KEY("org_id","person","bucket","queue","channel")
);
--> statement-breakpoint
CREATE TABLE "facts_claims" (
	"org_id" integer NOT NULL,
	"person" text NOT NULL,
	"position" bigint NOT NULL,
	"recorded_at" bigint NOT NULL,
	"identities" json NOT NULL,
	CONSTRAINT "facts_claims_org_id_person_position_pk" PRIMARY KEY("org_id","person","position")
);
--> statement-breakpoint
CREATE TABLE "facts_closings" (
	"org_id" integer NOT NULL,
	"closed_to" bigint NOT NULL,
	"recorded_at" bigint NOT NULL,
	CONSTRAINT "facts_closings_org_id_closed_to_pk" PRIMARY KEY("org_id","closed_to")
);
--> statement-breakpoint
CREATE TABLE "facts_named" (
	"org_id" integer NOT NULL,
	"person" text collate "C" NOT NULL,
	"bucket" integer NOT NULL,
	"queue" text collate "C" NOT NULL,
	"channel" text collate "C" NOT NULL,
	"fact" text collate "C" NOT NULL,
	"value" bigint NOT NULL,
	CONSTRAINT "facts_named_org_id_person_bucket_queue_channel_fact_pk" PRIMARY KEY("org_id","person","bucket","queue","channel","fact")
);
--> statement-breakpoint
CREATE TABLE "facts_plans" (
	"org_id" integer NOT NULL,
	"agent" integer NOT NULL,
	"source" text collate "C" NOT NULL,
	"id" text collate "C" NOT NULL,
	"time" bigint NOT NULL,
	"from_at" bigint NOT NULL,
	"to_at" bigint NOT NULL,
	"productive" json,
	"scheduled_ms" bigint,
	"adherent_ms" bigint,
	CONSTRAINT "facts_plans_org_id_agent_source_id_pk" PRIMARY KEY("org_id","agent","source","id")
);
--> statement-breakpoint
CREATE TABLE "facts_progress" (
	"org_id" integer PRIMARY KEY NOT NULL,
	"closed_to" bigint NOT NULL,
	"defined_to" bigint NOT NULL,
	"has_corrections" boolean NOT NULL,
	"has_references" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "facts_queue_versions" (
	"org_id" integer NOT NULL,
	"queue" text NOT NULL,
	"position" bigint NOT NULL,
	"recorded_at" bigint NOT NULL,
	"valid_from" bigint NOT NULL,
	"service_level_ms" bigint NOT NULL,
	"short_ms" bigint NOT NULL,
	"abandon_short_ms" bigint NOT NULL,
	CONSTRAINT "facts_queue_versions_org_id_queue_position_pk" PRIMARY KEY("org_id","queue","position")
);
--> statement-breakpoint
CREATE TABLE "facts_states" (
	"org_id" integer NOT NULL,
	"agent" integer NOT NULL,
	"time" bigint NOT NULL,
	"source" text collate "C" NOT NULL,
	"id" text collate "C" NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	CONSTRAINT "facts_states_org_id_agent_time_source_id_pk" PRIMARY KEY("org_id","agent","time","source","id")
);
--> statement-breakpoint
CREATE TABLE "kpi_versions" (
	"org_id" integer NOT NULL,
	"key" text collate "C" NOT NULL,
	"version" integer NOT NULL,
	"effective_from" bigint,
	"known_at" bigint NOT NULL,
	"position" bigint NOT NULL,
	"body" json NOT NULL,
	CONSTRAINT "kpi_versions_org_id_key_version_pk" PRIMARY KEY("org_id","key","version")
);
--> statement-breakpoint
CREATE TABLE "boards" (
	"org_id" integer NOT NULL,
	"id" text NOT NULL,
	"definition" json NOT NULL,
	"position" bigint NOT NULL,
	CONSTRAINT "boards_org_id_id_pk" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "sources" (
	"org_id" integer NOT NULL,
	"name" text NOT NULL,
	"first_at" bigint NOT NULL,
	"last_event_at" bigint NOT NULL,
	"last_received_at" bigint NOT NULL,
	"accepted" bigint NOT NULL,
	"backfill" text DEFAULT 'silent' NOT NULL,
	CONSTRAINT "sources_org_id_name_pk" PRIMARY KEY("org_id","name")
);
--> statement-breakpoint
CREATE TABLE "dead_letters" (
	"org_id" integer NOT NULL,
	"position" bigint NOT NULL,
	"consumer" text NOT NULL,
	"reason" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	CONSTRAINT "dead_letters_org_id_position_consumer_pk" PRIMARY KEY("org_id","position","consumer")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"org_id" integer NOT NULL,
	"position" bigint NOT NULL,
	"source" text NOT NULL,
	"id" text NOT NULL,
	"type" text NOT NULL,
	"time" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"agent" integer,
	"customer" integer,
	"interaction" text,
	"data" json NOT NULL,
	"sealed" "bytea",
	CONSTRAINT "events_org_id_position_pk" PRIMARY KEY("org_id","position")
);
--> statement-breakpoint
CREATE TABLE "flows" (
	"org_id" integer NOT NULL,
	"shard" smallint DEFAULT 0 NOT NULL,
	"position" bigint DEFAULT 0 NOT NULL,
	"epoch" integer DEFAULT 0 NOT NULL,
	"holder" text,
	"lease_until" timestamp with time zone,
	CONSTRAINT "flows_org_id_shard_pk" PRIMARY KEY("org_id","shard")
);
--> statement-breakpoint
CREATE TABLE "log_secrets" (
	"org_id" integer PRIMARY KEY NOT NULL,
	"secret" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "parties" (
	"org_id" integer NOT NULL,
	"ref" integer GENERATED ALWAYS AS IDENTITY (sequence name "parties_ref_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"kind" text NOT NULL,
	"source" text NOT NULL,
	"digest" "bytea" NOT NULL,
	"name" "bytea",
	"key" "bytea",
	CONSTRAINT "parties_org_id_ref_pk" PRIMARY KEY("org_id","ref")
);
--> statement-breakpoint
CREATE TABLE "accounts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"org_id" integer NOT NULL,
	"email" text NOT NULL,
	"password" text,
	"person" text NOT NULL,
	"created_at" bigint NOT NULL,
	"disabled_at" bigint,
	CONSTRAINT "accounts_email_unique" UNIQUE("email")
);
--> statement-breakpoint
CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"org_id" integer NOT NULL,
	"name" text NOT NULL,
	"scopes" text[] NOT NULL,
	"hash" text NOT NULL,
	"created_at" bigint NOT NULL,
	"revoked_at" bigint,
	CONSTRAINT "api_keys_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "devices" (
	"id" text PRIMARY KEY NOT NULL,
	"org_id" integer NOT NULL,
	"name" text NOT NULL,
	"scope" text NOT NULL,
	"hash" text NOT NULL,
	"created_at" bigint NOT NULL,
	"revoked_at" bigint,
	CONSTRAINT "devices_hash_unique" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"org_id" integer NOT NULL,
	"account" uuid NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "setup_tokens" (
	"hash" text PRIMARY KEY NOT NULL,
	"org_id" integer NOT NULL,
	"created_at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"used_at" bigint
);
--> statement-breakpoint
CREATE TABLE "sign_in_tries" (
	"digest" text PRIMARY KEY NOT NULL,
	"org_id" integer NOT NULL,
	"since" bigint NOT NULL,
	"tries" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identities" (
	"org_id" integer NOT NULL,
	"person" text NOT NULL,
	"source" text NOT NULL,
	"agent" integer NOT NULL,
	"valid_from" bigint NOT NULL,
	"valid_to" bigint NOT NULL,
	CONSTRAINT "identities_org_id_agent_valid_from_pk" PRIMARY KEY("org_id","agent","valid_from")
);
--> statement-breakpoint
CREATE TABLE "memberships" (
	"org_id" integer NOT NULL,
	"person" text NOT NULL,
	"team" text,
	"from" bigint NOT NULL,
	"position" bigint NOT NULL,
	CONSTRAINT "memberships_org_id_person_from_pk" PRIMARY KEY("org_id","person","from")
);
--> statement-breakpoint
CREATE TABLE "organisations" (
	"id" integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY (sequence name "organisations_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"time_zone" text NOT NULL,
	"currency" text NOT NULL,
	"epoch" bigint NOT NULL,
	"settings" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"position" bigint DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "people" (
	"org_id" integer NOT NULL,
	"id" text NOT NULL,
	"roles" text[] NOT NULL,
	"team" text,
	"started_on" text,
	"position" bigint NOT NULL,
	"identified" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "people_org_id_id_pk" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "people_versions" (
	"org_id" integer PRIMARY KEY NOT NULL,
	"position" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "person_names" (
	"org_id" integer NOT NULL,
	"person" text NOT NULL,
	"name" text NOT NULL,
	"email" text,
	CONSTRAINT "person_names_org_id_person_pk" PRIMARY KEY("org_id","person")
);
--> statement-breakpoint
CREATE TABLE "queues" (
	"org_id" integer NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"site" text,
	"service_level_ms" integer NOT NULL,
	"short_ms" integer NOT NULL,
	"abandon_short_ms" integer NOT NULL,
	"position" bigint NOT NULL,
	CONSTRAINT "queues_org_id_id_pk" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "sites" (
	"org_id" integer NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"time_zone" text NOT NULL,
	"since" bigint NOT NULL,
	"position" bigint NOT NULL,
	CONSTRAINT "sites_org_id_id_pk" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
CREATE TABLE "teams" (
	"org_id" integer NOT NULL,
	"id" text NOT NULL,
	"name" text NOT NULL,
	"site" text NOT NULL,
	"supervisor" text,
	"position" bigint NOT NULL,
	CONSTRAINT "teams_org_id_id_pk" PRIMARY KEY("org_id","id")
);
--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_account_accounts_id_fk" FOREIGN KEY ("account") REFERENCES "public"."accounts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "facts_queue" ON "facts" USING btree ("org_id","queue","bucket") WHERE queue <> '';--> statement-breakpoint
CREATE INDEX "facts_bucket" ON "facts" USING brin ("bucket");--> statement-breakpoint
CREATE INDEX "facts_plans_span" ON "facts_plans" USING btree ("org_id","agent","to_at");--> statement-breakpoint
CREATE UNIQUE INDEX "events_identity" ON "events" USING btree ("org_id","source","id");--> statement-breakpoint
CREATE INDEX "events_agent" ON "events" USING btree ("org_id","agent","time");--> statement-breakpoint
CREATE INDEX "events_interaction" ON "events" USING btree ("org_id","interaction") WHERE interaction is not null;--> statement-breakpoint
CREATE INDEX "events_customer" ON "events" USING btree ("org_id","customer","time") WHERE customer is not null;--> statement-breakpoint
CREATE INDEX "events_correction" ON "events" USING btree ("org_id",(data->'of'->>'source'),(data->'of'->>'id')) WHERE type = 'correction';--> statement-breakpoint
CREATE INDEX "events_time" ON "events" USING brin ("time");--> statement-breakpoint
CREATE UNIQUE INDEX "parties_digest" ON "parties" USING btree ("org_id","digest");--> statement-breakpoint
CREATE INDEX "accounts_person" ON "accounts" USING btree ("org_id","person");--> statement-breakpoint
CREATE INDEX "sessions_account" ON "sessions" USING btree ("account");--> statement-breakpoint
CREATE INDEX "identities_person" ON "identities" USING btree ("org_id","person");--> statement-breakpoint
CREATE INDEX "people_position" ON "people" USING btree ("org_id","position");--> statement-breakpoint
CREATE INDEX "teams_supervisor" ON "teams" USING btree ("org_id","supervisor");