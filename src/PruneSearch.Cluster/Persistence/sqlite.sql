-- Grain state in SQLite, for Orleans' ADO.NET storage provider, which reads its statements from OrleansQuery.
-- Applied at every start: repeating it changes nothing. A change of the tables goes with a new user_version.
CREATE TABLE IF NOT EXISTS OrleansQuery (
  QueryKey TEXT NOT NULL PRIMARY KEY,
  QueryText TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS OrleansStorage (
  GrainIdHash INTEGER NOT NULL,
  GrainIdN0 INTEGER NOT NULL,
  GrainIdN1 INTEGER NOT NULL,
  GrainTypeHash INTEGER NOT NULL,
  GrainTypeString TEXT NOT NULL,
  GrainIdExtensionString TEXT NULL,
  ServiceId TEXT NOT NULL,
  PayloadBinary BLOB NULL,
  ModifiedOn TEXT NOT NULL,
  Version INTEGER NOT NULL
);

CREATE UNIQUE INDEX IF NOT EXISTS OrleansStorageKey ON OrleansStorage (
  GrainIdHash, GrainTypeHash, GrainIdN0, GrainIdN1, GrainTypeString, ServiceId, coalesce(GrainIdExtensionString, '')
);

-- One statement writes, so it is a transaction by itself and takes the write lock at once. The new version is told only
-- when a row changed; otherwise the old one, by which the provider knows that another writer was first.
INSERT OR REPLACE INTO OrleansQuery (QueryKey, QueryText) VALUES ('WriteToStorageKey', '
  INSERT INTO OrleansStorage
    (GrainIdHash, GrainIdN0, GrainIdN1, GrainTypeHash, GrainTypeString, GrainIdExtensionString, ServiceId, PayloadBinary, ModifiedOn, Version)
  SELECT @GrainIdHash, @GrainIdN0, @GrainIdN1, @GrainTypeHash, @GrainTypeString, @GrainIdExtensionString, @ServiceId, @PayloadBinary, datetime(''now''), 1
  WHERE @GrainStateVersion IS NULL OR EXISTS (
    SELECT 1 FROM OrleansStorage
    WHERE GrainIdHash = @GrainIdHash AND GrainTypeHash = @GrainTypeHash AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
      AND GrainTypeString = @GrainTypeString AND ServiceId = @ServiceId
      AND coalesce(GrainIdExtensionString, '''') = coalesce(@GrainIdExtensionString, ''''))
  ON CONFLICT DO UPDATE SET PayloadBinary = excluded.PayloadBinary, ModifiedOn = excluded.ModifiedOn, Version = Version + 1
  WHERE Version = @GrainStateVersion;
  SELECT CASE WHEN changes() > 0 THEN coalesce(@GrainStateVersion, 0) + 1 ELSE @GrainStateVersion END AS NewGrainStateVersion;
');

INSERT OR REPLACE INTO OrleansQuery (QueryKey, QueryText) VALUES ('ReadFromStorageKey', '
  SELECT PayloadBinary, Version FROM OrleansStorage
  WHERE GrainIdHash = @GrainIdHash AND GrainTypeHash = @GrainTypeHash AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
    AND GrainTypeString = @GrainTypeString AND ServiceId = @ServiceId
    AND coalesce(GrainIdExtensionString, '''') = coalesce(@GrainIdExtensionString, '''');
');

INSERT OR REPLACE INTO OrleansQuery (QueryKey, QueryText) VALUES ('ClearStorageKey', '
  UPDATE OrleansStorage SET PayloadBinary = NULL, ModifiedOn = datetime(''now''), Version = Version + 1
  WHERE GrainIdHash = @GrainIdHash AND GrainTypeHash = @GrainTypeHash AND GrainIdN0 = @GrainIdN0 AND GrainIdN1 = @GrainIdN1
    AND GrainTypeString = @GrainTypeString AND ServiceId = @ServiceId
    AND coalesce(GrainIdExtensionString, '''') = coalesce(@GrainIdExtensionString, '''')
    AND Version = @GrainStateVersion;
  SELECT CASE WHEN changes() > 0 THEN @GrainStateVersion + 1 ELSE @GrainStateVersion END AS NewGrainStateVersion;
');

PRAGMA user_version = 1;
