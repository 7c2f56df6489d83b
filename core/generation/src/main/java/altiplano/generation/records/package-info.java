/// Records to JSON schemas and back; not part of the API.
package altiplano.generation.records;
