CREATE TABLE "sealed_keys" (
	"org_id" integer NOT NULL,
	"key" uuid NOT NULL,
	CONSTRAINT "sealed_keys_org_id_key_pk" PRIMARY KEY("org_id","key")
);
--> statement-breakpoint
CREATE TABLE "sealed_rows" (
	"org_id" integer NOT NULL,
	"table" text NOT NULL,
	"part" integer NOT NULL,
	"rows" text[] NOT NULL,
	CONSTRAINT "sealed_rows_org_id_table_part_pk" PRIMARY KEY("org_id","table","part")
);
--> statement-breakpoint
CREATE TABLE "seals" (
	"org_id" integer NOT NULL,
	"cut" bigint NOT NULL,
	"before" bigint NOT NULL,
	"position" bigint,
	"sealed_at" bigint,
	"removed" integer DEFAULT 0 NOT NULL,
	"tables" json,
	CONSTRAINT "seals_org_id_cut_pk" PRIMARY KEY("org_id","cut")
);
