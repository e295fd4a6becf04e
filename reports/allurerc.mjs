// Categories sort the failures by what the reader should do about them (Allure 3 takes them from here only).
export default {
  name: "OpenStack acceptance",
  categories: {
    rules: [
      { name: "The cloud is not as it should be", matchers: { statuses: ["failed"] } },
      { name: "What the check stands on did not come about", matchers: { statuses: ["broken"] } },
      { name: "Does not apply here", matchers: { statuses: ["skipped"] } },
    ],
  },
};
