-- Names this database, so that what is remembered outside of it is not taken for another's.
INSERT INTO setting VALUES ('store.id', lower(hex(randomblob(16))));
