// Categories sort the failures: by the causes that this run found, then by what the reader should do about the rest
// (Allure 3 takes them from here only; RESULTS is the folder that is drawn). ALLURE_HISTORY is a file with what Allure has
// drawn of earlier runs, to which it adds this one (reports/allure_history.py).
import { existsSync, readFileSync } from "node:fs";

const file = `${process.env.RESULTS}/categories.json`;
const found = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];

export default {
  name: "OpenStack acceptance",
  ...(process.env.ALLURE_HISTORY ? { historyPath: process.env.ALLURE_HISTORY } : {}),
  categories: {
    rules: [
      ...found,
      { name: "The cloud is not as it should be", matchers: { statuses: ["failed"] } },
      { name: "What the check stands on did not come about", matchers: { statuses: ["broken"] } },
      { name: "Does not apply here", matchers: { statuses: ["skipped"] } },
    ],
  },
};
